namespace PhiGateway.Admin.Editing;

/// <summary>
/// Says for one client whether a write widens or narrows its access, with details and whether its approval lapses; part of the dry run's
/// report.
/// </summary>
/// <param name="Client">Client id.</param>
/// <param name="Effect">widened, narrowed, both, changed, closed, opened or unchanged.</param>
/// <param name="ApprovalLapses">The fingerprint approved no longer matches afterwards.</param>
/// <param name="Details">Change by change, each with its direction and place.</param>
public sealed record AccessEffect(string Client, string Effect, bool ApprovalLapses, IReadOnlyList<string> Details);
