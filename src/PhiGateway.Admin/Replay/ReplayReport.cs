namespace PhiGateway.Admin.Replay;

/// <summary>What a window of past decisions would come to over another registry.</summary>
/// <param name="From">First moment of the window.</param>
/// <param name="To">First moment after it.</param>
/// <param name="Records">How many decisions were looked at.</param>
/// <param name="Replayed">How many of them could be decided again.</param>
/// <param name="Complete">Whether the window was read to its end.</param>
/// <param name="WouldBeDenied">How many that are permitted would be denied, in whole or in part.</param>
/// <param name="WouldBePermitted">How many that are denied would be permitted.</param>
/// <param name="Clients">Whose answers change; the others' do not.</param>
/// <param name="NotReplayed">Why others could not be, by reason.</param>
public sealed record ReplayReport(
    DateTimeOffset From,
    DateTimeOffset To,
    int Records,
    int Replayed,
    bool Complete,
    int WouldBeDenied,
    int WouldBePermitted,
    IReadOnlyList<ReplayedClient> Clients,
    IReadOnlyDictionary<string, int> NotReplayed
);

/// <summary>One client whose answers change.</summary>
/// <param name="Client">Client id.</param>
/// <param name="WouldBeDenied">How many permits turn into denials.</param>
/// <param name="WouldBePermitted">How many denials turn into permits.</param>
/// <param name="Examples">Some of them.</param>
public sealed record ReplayedClient(string Client, int WouldBeDenied, int WouldBePermitted, IReadOnlyList<ChangedAnswer> Examples);

/// <summary>One decision that would go another way.</summary>
/// <param name="Decision">Its id.</param>
/// <param name="Time">When it was made.</param>
/// <param name="Template">What was asked, without PHI.</param>
/// <param name="Was">permit, or the reason of the refusal over the registry as it is.</param>
/// <param name="Becomes">permit, or the reason of the refusal over the candidate.</param>
/// <param name="Rule">The rule that decides then; null: none.</param>
public sealed record ChangedAnswer(Guid Decision, DateTimeOffset Time, string? Template, string Was, string Becomes, string? Rule);
