import { writeFileSync } from 'node:fs'
import * as echarts from 'echarts'

/** Writes the ratios with their intervals as an SVG bar chart. */
export function writeChart(file, { machine, rows }) {
  const shown = rows
    .filter(({ against }) => !/^call|by hand|^passport-totp/.test(against))
    .toReversed()
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: 900,
    height: 95 + shown.length * 34,
  })
  const colourOf = ({ name }) =>
    name.endsWith('by hand')
      ? '#5f7f7a'
      : /^passport-|^better-auth|^VoiceResponse/.test(name)
        ? '#9aa8a5'
        : '#0f766e'
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text: 'Share of what Express and express-session allow',
      subtext: `Node ${machine.node}, ${machine.cores} cores, 15 to 40 interleaved pairs; lines: 95 % interval`,
      left: 10,
      textStyle: { fontSize: 15 },
    },
    grid: { left: 210, right: 60, top: 70, bottom: 25 },
    xAxis: {
      type: 'value',
      min: 0,
      max: 1.2,
      axisLabel: { formatter: value => `${Math.round(value * 100)} %` },
    },
    yAxis: { type: 'category', data: shown.map(({ name }) => name), axisTick: { show: false } },
    series: [
      {
        type: 'bar',
        barWidth: 16,
        data: shown.map(row => ({
          value: Number(row.ratio.toFixed(3)),
          itemStyle: { color: colourOf(row) },
          label: row.high < 0.15 ? { position: [28, 2], color: '#16211f' } : {},
        })),
        label: {
          show: true,
          position: 'insideLeft',
          color: '#ffffff',
          formatter: ({ dataIndex }) => shown[dataIndex].ratio.toFixed(2),
        },
      },
      {
        type: 'custom',
        z: 3,
        data: shown.map(({ low, high }, index) => [low, high, index]),
        encode: { x: [0, 1], y: 2 },
        renderItem: (_parameters, api) => {
          const [from, to] = [
            api.coord([api.value(0), api.value(2)]),
            api.coord([api.value(1), api.value(2)]),
          ]
          return {
            type: 'line',
            shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
            style: { stroke: '#16211f', lineWidth: 2, opacity: 0.75 },
          }
        },
      },
    ],
  })
  writeFileSync(file, chart.renderToSVGString())
  chart.dispose()
}
