namespace PhiGateway.Admin.Rosters;

/// <summary>One bad line.</summary>
/// <param name="Line">Its number, from 1 on.</param>
/// <param name="Code">What is wrong; never what stands there.</param>
public sealed record ImportError(long Line, string Code);
