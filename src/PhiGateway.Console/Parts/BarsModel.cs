namespace PhiGateway.Console.Parts;

/// <summary>A picture of counts over time.</summary>
/// <param name="Title">What is counted, in words.</param>
/// <param name="Series">What each bar is made of, from below.</param>
/// <param name="Steps">One bar each, oldest first.</param>
/// <param name="Step">Length of a step.</param>
public sealed record BarsModel(string Title, IReadOnlyList<BarSeries> Series, IReadOnlyList<BarStep> Steps, TimeSpan Step);

/// <summary>One part of every bar.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Style">Class of its colour.</param>
public sealed record BarSeries(string Label, string Style);

/// <summary>One bar.</summary>
/// <param name="At">Begin of the step.</param>
/// <param name="Values">One for each series.</param>
/// <param name="Low">Least of what is usual at this time; null: not known.</param>
/// <param name="High">Most of what is usual at this time.</param>
/// <param name="Href">Its records.</param>
public sealed record BarStep(DateTimeOffset At, IReadOnlyList<long> Values, long? Low, long? High, string Href)
{
    internal long Total => Values.Sum();
}
