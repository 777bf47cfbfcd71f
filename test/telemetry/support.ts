// OpenTelemetry's own SDK, with exporters in memory.
import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'

/** One series of a measure. */
export interface Series {
  readonly labels: Readonly<Record<string, unknown>>
  /** The value of a counter or a gauge, or how often a histogram was recorded. */
  readonly value: number
  /** Of a histogram: everything that was recorded, added up. */
  readonly sum: number | undefined
}

/** Registers the SDK, as an app does. `close()` removes it. */
export function startSdk() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meters = new MeterProvider({ readers: [reader] })
  const spans = new InMemorySpanExporter()
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  metrics.setGlobalMeterProvider(meters)
  trace.setGlobalTracerProvider(tracers)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

  return {
    spans,
    /** Every series of every measure so far, by the name of the measure. */
    async read(): Promise<ReadonlyMap<string, readonly Series[]>> {
      exporter.reset()
      await reader.forceFlush()
      const measures = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(scope => scope.metrics))
      return new Map(
        measures.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          (dataPoints as readonly DataPoint<number | Histogram>[]).map(toSeries),
        ]),
      )
    },
    async close(): Promise<void> {
      metrics.disable()
      trace.disable()
      context.disable()
      await Promise.all([meters.shutdown(), tracers.shutdown()])
    },
  }
}

function toSeries({ attributes, value }: DataPoint<number | Histogram>): Series {
  return typeof value === 'number'
    ? { labels: attributes, value, sum: undefined }
    : { labels: attributes, value: value.count, sum: value.sum }
}
