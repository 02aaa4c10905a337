using System.Globalization;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>Times of one kind, as a row of a histogram.</summary>
internal sealed class Latencies(string name)
{
    private static readonly double[] Bounds = [10, 25, 50, 100, 250, 500, 1000, double.PositiveInfinity];

    private readonly List<double> _milliseconds = [];

    public string Name => name;

    public static string Header =>
        $"| {"", -44} |    n |   p50 |   p90 |   p99 |   max | "
        + $"{string.Join(" | ", Bounds.Select(bound => double.IsFinite(bound) ? $"≤{bound, 4:0}" : ">1000"))} "
        + $"|\n|{string.Concat(Enumerable.Repeat("---|", 6 + Bounds.Length))}";

    public void Add(TimeSpan time)
    {
        lock (_milliseconds)
        {
            _milliseconds.Add(time.TotalMilliseconds);
        }
    }

    public void AddAll(Latencies other)
    {
        foreach (var time in other._milliseconds)
        {
            Add(TimeSpan.FromMilliseconds(time));
        }
    }

    public double Percentile(double share)
    {
        lock (_milliseconds)
        {
            if (_milliseconds.Count == 0)
            {
                return double.NaN;
            }

            var sorted = _milliseconds.Order().ToList();
            return sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(share * sorted.Count) - 1)];
        }
    }

    public override string ToString()
    {
        var counts = Bounds.Select((bound, i) => _milliseconds.Count(time => time <= bound && (i == 0 || time > Bounds[i - 1])));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name, -44} | {_milliseconds.Count, 4} | {Percentile(0.5), 5:0.0} | {Percentile(0.9), 5:0.0} | "
                + $"{Percentile(0.99), 5:0.0} | {Percentile(1), 5:0.0} | {string.Join(" | ", counts.Select(count => $"{count, 5}"))} |"
        );
    }
}
