namespace PhiGateway.Admin.Editing;

/// <summary>What a write does to one client.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Effect">widened, narrowed, both, changed, closed, opened or unchanged.</param>
/// <param name="ApprovalLapses">The fingerprint approved no longer matches afterwards.</param>
/// <param name="Details">Change by change, each with its direction and place.</param>
public sealed record AccessEffect(string Client, string Effect, bool ApprovalLapses, IReadOnlyList<string> Details);
