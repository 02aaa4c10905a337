namespace PhiGateway.Watch.Findings;

/// <summary>Says what went on of a finding after it was told; a port of the control plane, served by the fold of the watch.</summary>
public interface IRepeatSource
{
    /// <summary>What this node has seen of it since it was told and since the node was started; null: nothing.</summary>
    /// <param name="rule">The rule that spoke first of it.</param>
    /// <param name="subject">What it is about, such as <c>client/id</c>.</param>
    Repetition? Find(string rule, string subject);
}

/// <summary>What went on of a finding.</summary>
/// <param name="Last">When it was last seen, UTC.</param>
/// <param name="Count">How often, as rules found it again.</param>
public sealed record Repetition(DateTimeOffset Last, long Count);
