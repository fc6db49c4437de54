import type * as Swagger from '@nestjs/swagger';
import { HealthCheck } from '@nestjs/terminus';
import { LateDecorators } from './late-decorators.js';

/** Swagger takes longer to load than Nest, and is needed by whoever reads the documentation. */
const swagger = new LateDecorators<typeof Swagger>();

export const ApiBearerAuth = swagger.of((library) => library.ApiBearerAuth);
export const ApiBody = swagger.of((library) => library.ApiBody);
export const ApiExtraModels = swagger.of((library) => library.ApiExtraModels);
/** What Terminus says of its replies. By itself it would load Swagger at once. */
export const ApiHealthCheck = swagger.of(
  () => () => HealthCheck({ noCache: false, swaggerDocumentation: true }),
);
export const ApiOkResponse = swagger.of((library) => library.ApiOkResponse);
export const ApiOperation = swagger.of((library) => library.ApiOperation);
export const ApiParam = swagger.of((library) => library.ApiParam);
export const ApiProduces = swagger.of((library) => library.ApiProduces);
export const ApiProperty = swagger.of((library) => library.ApiProperty);
export const ApiPropertyOptional = swagger.of((library) => library.ApiPropertyOptional);
export const ApiResponse = swagger.of((library) => library.ApiResponse);
export const ApiTags = swagger.of((library) => library.ApiTags);

/** Where a class is described, for `$ref`. */
export function schemaPath({ name }: { readonly name: string }): string {
  return `#/components/schemas/${name}`;
}

/** Loads Swagger, which then knows what all decorators say. */
export async function loadSwagger(): Promise<typeof Swagger> {
  const library = await import('@nestjs/swagger');
  swagger.carryOut(library);
  return library;
}
