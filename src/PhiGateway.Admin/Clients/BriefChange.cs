namespace PhiGateway.Admin.Clients;

/// <summary>One difference from what was approved last.</summary>
/// <param name="Kind">widening, narrowing, neutral, or written: what was approved is not known word by word.</param>
/// <param name="Path">Where.</param>
/// <param name="Words">What.</param>
/// <param name="By">Whoever changed that document since.</param>
public sealed record BriefChange(string Kind, string Path, string Words, IReadOnlyList<string> By);
