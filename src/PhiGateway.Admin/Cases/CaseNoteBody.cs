namespace PhiGateway.Admin.Cases;

/// <summary>Body of a note.</summary>
/// <param name="Text">What was found out, in words without patient data; required.</param>
public sealed record CaseNoteBody(string? Text = null);
