/** The metrics of autoscaling/v2 in the form that autoscaling/v1 keeps them in its annotations. */
import { at, defined, type Fields } from "./conversion-fields.ts";

type Convert = (source: Fields) => Fields;

/** Applies the converter of the metric's type to the field of the same name. */
function bySource(metric: Fields, converters: Readonly<Record<string, Convert>>): Fields {
  const converted: Record<string, unknown> = { ...metric };
  for (const [source, convert] of Object.entries(converters)) {
    if (metric[source] !== undefined) converted[source] = convert(metric[source] as Fields);
  }
  return converted;
}

const metric = (source: Fields, selector = "selector"): Fields =>
  defined({ name: source["metricName"], selector: source[selector] });

const zero = "0";

/** A metric to scale by, from v2. */
export const metricToV1 = (spec: Fields): Fields =>
  bySource(spec, {
    object: ({ describedObject, target, metric }) =>
      defined({
        target: describedObject,
        metricName: at({ metric }, "metric")["name"],
        targetValue: at({ target }, "target")["value"] ?? zero,
        selector: at({ metric }, "metric")["selector"],
        averageValue: at({ target }, "target")["averageValue"],
      }),
    pods: ({ metric, target }) =>
      defined({
        metricName: at({ metric }, "metric")["name"],
        targetAverageValue: at({ target }, "target")["averageValue"] ?? zero,
        selector: at({ metric }, "metric")["selector"],
      }),
    resource: resourceToV1,
    containerResource: resourceToV1,
    external: ({ metric, target }) =>
      defined({
        metricName: at({ metric }, "metric")["name"],
        metricSelector: at({ metric }, "metric")["selector"],
        targetValue: at({ target }, "target")["value"],
        targetAverageValue: at({ target }, "target")["averageValue"],
      }),
  });

function resourceToV1({ target, ...rest }: Fields): Fields {
  const { averageUtilization, averageValue } = at({ target }, "target");
  return defined({ ...rest, targetAverageUtilization: averageUtilization, targetAverageValue: averageValue });
}

/** A metric to scale by, to v2. */
export const metricFromV1 = (spec: Fields): Fields =>
  bySource(spec, {
    object: objectFromV1,
    pods: (source) => ({
      metric: metric(source),
      target: { type: "AverageValue", averageValue: source["targetAverageValue"] },
    }),
    resource: resourceFromV1,
    containerResource: resourceFromV1,
    external: (source) => ({
      metric: metric(source, "metricSelector"),
      target: defined({
        type: source["targetValue"] === undefined ? "AverageValue" : "Value",
        value: source["targetValue"],
        averageValue: source["targetAverageValue"],
      }),
    }),
  });

function objectFromV1(source: Fields): Fields {
  const { averageValue, targetValue } = source;
  const byAverage = averageValue !== undefined;
  // v1 cannot leave its value out: next to an average, "0" means none.
  const value = byAverage && targetValue === zero ? undefined : targetValue;
  return {
    describedObject: source["target"],
    metric: metric(source),
    target: defined({ type: byAverage ? "AverageValue" : "Value", value, averageValue }),
  };
}

function resourceFromV1({ targetAverageUtilization, targetAverageValue, ...rest }: Fields): Fields {
  const type = targetAverageUtilization === undefined ? "AverageValue" : "Utilization";
  return {
    ...rest,
    target: defined({ type, averageUtilization: targetAverageUtilization, averageValue: targetAverageValue }),
  };
}

/** A measured metric, from v2. */
export const currentToV1 = (status: Fields): Fields =>
  bySource(status, {
    object: ({ describedObject, current, metric }) =>
      defined({
        target: describedObject,
        metricName: at({ metric }, "metric")["name"],
        currentValue: at({ current }, "current")["value"] ?? zero,
        selector: at({ metric }, "metric")["selector"],
        averageValue: at({ current }, "current")["averageValue"],
      }),
    pods: ({ metric, current }) =>
      defined({
        metricName: at({ metric }, "metric")["name"],
        currentAverageValue: at({ current }, "current")["averageValue"] ?? zero,
        selector: at({ metric }, "metric")["selector"],
      }),
    resource: currentResourceToV1,
    containerResource: currentResourceToV1,
    external: ({ metric, current }) =>
      defined({
        metricName: at({ metric }, "metric")["name"],
        currentValue: at({ current }, "current")["value"] ?? zero,
        metricSelector: at({ metric }, "metric")["selector"],
        currentAverageValue: at({ current }, "current")["averageValue"],
      }),
  });

function currentResourceToV1({ current, ...rest }: Fields): Fields {
  const { averageUtilization, averageValue } = at({ current }, "current");
  return defined({
    ...rest,
    currentAverageUtilization: averageUtilization,
    currentAverageValue: averageValue ?? zero,
  });
}

/** A measured metric, to v2. */
export const currentFromV1 = (status: Fields): Fields =>
  bySource(status, {
    object: (source) => ({
      describedObject: source["target"],
      metric: metric(source),
      current: defined({ value: source["currentValue"], averageValue: source["averageValue"] }),
    }),
    pods: (source) => ({ metric: metric(source), current: { averageValue: source["currentAverageValue"] } }),
    resource: currentResourceFromV1,
    containerResource: currentResourceFromV1,
    external: (source) => ({
      metric: metric(source, "metricSelector"),
      current: defined({ value: source["currentValue"], averageValue: source["currentAverageValue"] }),
    }),
  });

function currentResourceFromV1({ currentAverageUtilization, currentAverageValue, ...rest }: Fields): Fields {
  return {
    ...rest,
    current: defined({ averageUtilization: currentAverageUtilization, averageValue: currentAverageValue }),
  };
}
