using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>Draws counts over time as stacked bars, each a link to its records, over the band of what is usual; drawn on the server.</summary>
public sealed partial class Bars
{
    private const int Width = 960;
    private const int Height = 170;
    private const int Left = 44;
    private const int Top = 8;
    private const int Bottom = 20;
    private const int PlotHeight = Height - Top - Bottom;
    private const double Gap = 0.8;
    private const int MostLabels = 9;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required BarsModel Model { get; set; }

    private double Pitch => (double)(Width - Left) / Math.Max(1, Model.Steps.Count);

    private bool HasBand => Model.Steps.Any(static step => step.High is not null);

    private long Most => Nice(Model.Steps.Select(static step => Math.Max(step.Total, step.High ?? 0)).DefaultIfEmpty(0).Max());

    private IEnumerable<(double Y, string Text)> Lines
    {
        get
        {
            var most = Most;
            for (var quarter = 0; quarter <= 2; quarter++)
            {
                var value = most * quarter / 2;
                yield return (Y(value), value.ToString("N0", CultureInfo.InvariantCulture));
            }
        }
    }

    private IEnumerable<(double X, string Text)> Labels
    {
        get
        {
            var every = Math.Max(1, (Model.Steps.Count + MostLabels - 1) / MostLabels);
            var format = Model.Step < TimeSpan.FromHours(2) ? "HH:mm" : "MM-dd HH:mm";
            for (var i = 0; i < Model.Steps.Count; i += every)
            {
                yield return (X(i), Model.Steps[i].At.UtcDateTime.ToString(format, CultureInfo.InvariantCulture));
            }
        }
    }

    private string Summary
    {
        get
        {
            var peak = Model.Steps.MaxBy(static step => step.Total);
            var words = $"{Model.Title}: {Words.Number(Model.Steps.Sum(static step => step.Total))} in all";
            return peak is null ? words : $"{words}, most at {Words.Minute(peak.At)} with {Words.Number(peak.Total)}.";
        }
    }

    private string BandPath
    {
        get
        {
            var path = new StringBuilder();
            for (var i = 0; i < Model.Steps.Count; i++)
            {
                var y = Y(Model.Steps[i].High ?? 0);
                path.Append(i == 0 ? 'M' : 'L')
                    .Append(N(X(i)))
                    .Append(' ')
                    .Append(N(y))
                    .Append('L')
                    .Append(N(X(i + 1)))
                    .Append(' ')
                    .Append(N(y));
            }

            for (var i = Model.Steps.Count - 1; i >= 0; i--)
            {
                var y = Y(Model.Steps[i].Low ?? 0);
                path.Append('L').Append(N(X(i + 1))).Append(' ').Append(N(y)).Append('L').Append(N(X(i))).Append(' ').Append(N(y));
            }

            return path.Append('Z').ToString();
        }
    }

    // Razor keeps the name "text" for itself.
    private static RenderFragment Axis(double x, double y, string anchor, string words) =>
        builder =>
        {
            builder.OpenElement(0, "text");
            builder.AddAttribute(1, "class", "axis");
            builder.AddAttribute(2, "x", N(x));
            builder.AddAttribute(3, "y", N(y));
            builder.AddAttribute(4, "text-anchor", anchor);
            builder.AddContent(5, words);
            builder.CloseElement();
        };

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    // The next of 2, 5, 10, 20, 50 …, so that the lines stand at round numbers.
    private static long Nice(long most)
    {
        ReadOnlySpan<long> steps = [2, 5, 10];
        for (long decade = 1; ; decade *= 10)
        {
            foreach (var step in steps)
            {
                if (step * decade >= most)
                {
                    return step * decade;
                }
            }
        }
    }

    private double X(int place) => Left + (place * Pitch);

    private double Y(long value) => Top + PlotHeight - ((double)value / Most * PlotHeight);

    private IEnumerable<(string Style, double Y, double Height)> PartsOf(BarStep step)
    {
        long below = 0;
        for (var i = 0; i < step.Values.Count; i++)
        {
            if (step.Values[i] > 0)
            {
                var (upper, lower) = (Y(below + step.Values[i]), Y(below));
                yield return (Model.Series[i].Style, upper, lower - upper);
                below += step.Values[i];
            }
        }
    }

    private string TitleOf(BarStep step)
    {
        var parts = step
            .Values.Select((value, place) => (Value: value, Model.Series[place].Label))
            .Where(static part => part.Value > 0)
            .Select(static part => $"{part.Label} {Words.Number(part.Value)}");
        var usual = step.High is { } high ? $"; usual {Words.Number(step.Low ?? 0)} to {Words.Number(high)}" : string.Empty;
        return $"{Words.Minute(step.At)} UTC: {(step.Total == 0 ? "nothing" : string.Join(", ", parts))}{usual}";
    }
}
