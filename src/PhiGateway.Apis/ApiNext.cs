namespace PhiGateway.Apis;

/// <summary>How a row's answers lead on; immutable.</summary>
/// <param name="Parameter">The parameter in which a sealed cursor comes back; null: a sealed address is asked for instead.</param>
public sealed record ApiNext(string? Parameter);
