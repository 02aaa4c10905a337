namespace PhiGateway.Admin.Trail;

/// <summary>How many requests the trail has, by steps of time and by columns.</summary>
/// <param name="From">From this moment on, UTC.</param>
/// <param name="To">Before this moment, UTC.</param>
/// <param name="StepSeconds">Length of a step; absent: the whole of it is one.</param>
/// <param name="By">Names of the columns, in the order of the values.</param>
/// <param name="Items">One combination each, the highest counts first.</param>
public sealed record TrafficReport(
    DateTimeOffset From,
    DateTimeOffset To,
    int? StepSeconds,
    IReadOnlyList<string> By,
    IReadOnlyList<TrafficCount> Items
);

/// <summary>One combination of values and how often it occurred.</summary>
/// <param name="At">Begin of the step.</param>
/// <param name="Values">Values of the columns; null where the records have none.</param>
/// <param name="Count">How many requests.</param>
public sealed record TrafficCount(DateTimeOffset At, IReadOnlyList<string?> Values, long Count);
