import { Module } from '@nestjs/common';
import { StoreModule } from '../store/index.js';
import { EventRecorder } from './event-recorder.js';

@Module({ imports: [StoreModule], providers: [EventRecorder], exports: [EventRecorder] })
export class RecordModule {}
