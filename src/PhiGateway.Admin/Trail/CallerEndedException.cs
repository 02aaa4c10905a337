namespace PhiGateway.Admin.Trail;

/// <summary>Thrown while a result is handed out, when whoever asked for it may not ask any more: the answer is cut.</summary>
internal sealed class CallerEndedException() : Exception("The caller's credential has ended.");
