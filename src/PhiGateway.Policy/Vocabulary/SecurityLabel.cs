namespace PhiGateway.Policy.Vocabulary;

/// <summary>One coding of <c>meta.security</c>: a sensitivity, a handling caveat, a law.</summary>
/// <param name="System">Code system URI; empty when the coding names none, which matches no permission.</param>
/// <param name="Code">The code, case-sensitive.</param>
public readonly record struct SecurityLabel(string System, string Code);
