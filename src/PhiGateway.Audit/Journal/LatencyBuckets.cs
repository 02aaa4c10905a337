using System.Diagnostics.Metrics;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Buckets of the product's histograms of time, in seconds: from 10 µs on, in steps of 1, 2.5 and 5. A library's default, made for web
/// pages, puts every answer of a gateway, and every flush, into its first bucket.
/// </summary>
public static class LatencyBuckets
{
    /// <summary>Given to each instrument as it is made.</summary>
    public static InstrumentAdvice<double> Advice { get; } =
        new()
        {
            HistogramBucketBoundaries =
            [
                0.00001,
                0.000025,
                0.00005,
                0.0001,
                0.00025,
                0.0005,
                0.001,
                0.0025,
                0.005,
                0.01,
                0.025,
                0.05,
                0.1,
                0.25,
                0.5,
                1,
                2.5,
                5,
                10,
            ],
        };
}
