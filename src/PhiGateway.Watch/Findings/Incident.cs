namespace PhiGateway.Watch.Findings;

/// <summary>The first finding of what several findings belong to; an alert is made for each incident.</summary>
/// <param name="Rule">Its rule.</param>
/// <param name="At">When.</param>
public sealed record Incident(string Rule, DateTimeOffset At);
