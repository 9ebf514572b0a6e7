// A time chart with uPlot, in the colours of the style sheet.
import {html, useEffect, useRef} from '../html.js';
import UPlot from '../vendor/uplot.js';

const HEIGHT = 260;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * @param {object} props
 * @param {string} props.label what the chart is, for who does not see it
 * @param {number[][]} props.data seconds since 1970, then a row for each series
 * @param {{label: string, colour: string, dash?: number[], width?: number}[]} props.series `colour` names a variable
 */
export function Chart({label, data, series}) {
  const element = useRef(null);
  const plot = useRef(null);
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const draw = () => {
      plot.current?.destroy();
      plot.current = new UPlot(options(element.current.clientWidth, series), latest.current, element.current);
    };
    draw();
    const resized = new ResizeObserver(() => plot.current.setSize({width: element.current.clientWidth, height: HEIGHT}));
    resized.observe(element.current);
    // A canvas does not follow the style sheet by itself.
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', draw);
    addEventListener('relay-theme', draw);
    return () => {
      resized.disconnect();
      system.removeEventListener('change', draw);
      removeEventListener('relay-theme', draw);
      plot.current.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [data]);
  return html`<div class="chart" ref=${element} role="img" aria-label=${label} data-testid="chart"></div>`;
}

function options(width, series) {
  const axis = {
    stroke: colour('--muted'),
    grid: {stroke: colour('--line'), width: 1},
    ticks: {stroke: colour('--line'), width: 1, size: 5},
    font: '12px system-ui, sans-serif',
  };
  return {
    width,
    height: HEIGHT,
    legend: {show: false},
    cursor: {show: false},
    scales: {y: {range: (_, __, most) => [0, Math.max(5, most * 1.1)]}},
    axes: [
      {...axis, values: (_, splits) => splits.map((at) => new Date(at * 1000).toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit'}))},
      {...axis, size: 52},
    ],
    series: [{}, ...series.map((one) => ({
      label: one.label,
      stroke: colour(one.colour),
      width: one.width ?? 1.75,
      dash: one.dash,
      points: {show: false},
    }))],
  };
}
