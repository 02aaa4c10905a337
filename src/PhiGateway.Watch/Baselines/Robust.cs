namespace PhiGateway.Watch.Baselines;

/// <summary>Statistics that a few wild days do not move.</summary>
internal static class Robust
{
    // Makes the median of deviations comparable with a standard deviation.
    private const double Scale = 1.4826;

    /// <summary>The median; sorts the values.</summary>
    public static double Median(List<int> values)
    {
        if (values.Count == 0)
        {
            return 0;
        }

        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
    }

    /// <summary>Median and spread: at least that of counts that come by chance.</summary>
    public static (double Median, double Spread) Of(List<int> values)
    {
        var median = Median(values);
        var deviations = values.ConvertAll(value => (int)Math.Round(Math.Abs(value - median)));
        return (median, Math.Max(Math.Max(Scale * Median(deviations), Math.Sqrt(median)), 1));
    }
}
