namespace PhiGateway.Console.Sessions;

/// <summary>
/// A step that waits for a fresh sign-in, as it was sent; one of each session, in memory. PHI may be among the fields, as it was in the form.
/// </summary>
/// <param name="Path">Path and query.</param>
/// <param name="IsForm">Whether it is a form; else something to take away.</param>
/// <param name="Fields">What was filled in, without the token of the form.</param>
internal sealed record HeldStep(string Path, bool IsForm, IReadOnlyList<KeyValuePair<string, string>> Fields);
