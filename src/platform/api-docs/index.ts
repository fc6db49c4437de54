export {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiHealthCheck,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  ApiTags,
  schemaPath,
} from './decorators.js';
export { serveApiDocs } from './serve-api-docs.js';
