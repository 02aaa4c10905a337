namespace PhiGateway.RegistryFiles.Documents;

/// <summary>Why a text is no registry document or file: it cannot be read at all, or what it says does not keep to the rules.</summary>
/// <param name="IsMalformed">Whether it cannot be read in exactly one way; false: it was read and has findings.</param>
/// <param name="Findings">What is wrong, each with its place; at least one.</param>
public sealed record DocumentRefusal(bool IsMalformed, IReadOnlyList<ProblemPointer> Findings)
{
    /// <summary>All of it in one sentence.</summary>
    public string Detail => Findings.Count == 1 ? Findings[0].Detail : $"{Findings.Count} findings.";

    /// <summary>The text cannot be read in exactly one way.</summary>
    public static DocumentRefusal Malformed(string detail, string pointer = "") =>
        new(true, [new ProblemPointer(pointer, "malformed", detail)]);

    /// <summary>The text was read and does not keep to the rules.</summary>
    public static DocumentRefusal Invalid(IReadOnlyList<ProblemPointer> findings) => new(false, findings);

    /// <summary>As <see cref="Invalid(IReadOnlyList{ProblemPointer})"/>, with one finding.</summary>
    public static DocumentRefusal Invalid(string pointer, string code, string detail) =>
        new(false, [new ProblemPointer(pointer, code, detail)]);
}
