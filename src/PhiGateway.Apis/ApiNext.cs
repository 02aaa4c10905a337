namespace PhiGateway.Apis;

/// <summary>How one row's answers lead on to more: by a sealed address, or by a sealed cursor in a parameter; immutable.</summary>
/// <param name="Parameter">The parameter in which a sealed cursor comes back; null: a sealed address is asked for instead.</param>
public sealed record ApiNext(string? Parameter);
