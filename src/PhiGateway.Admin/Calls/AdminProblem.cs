using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Calls;

/// <summary>A refusal of the control plane as a value: commands give it, the boundary turns it into problem+json.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable kebab-case code.</param>
/// <param name="Title">Short and the same for every occurrence of the code.</param>
/// <param name="Detail">What happened here, without PHI and without the inside.</param>
/// <param name="Errors">Findings with their place.</param>
internal sealed partial record AdminProblem(
    int Status,
    string Code,
    string Title,
    string? Detail = null,
    IReadOnlyList<ProblemPointer>? Errors = null
)
{
    /// <summary>Seconds for Retry-After; null: none is due.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Whether the same call may well succeed when it is sent again: then it is not remembered for its Idempotency-Key.</summary>
    public bool Transient { get; init; }

    /// <summary>What is wrong with a document or file, as a refusal.</summary>
    public static AdminProblem Of(DocumentRefusal refusal) =>
        refusal.IsMalformed ? Malformed(refusal.Detail, refusal.Findings[0].Pointer) : Invalid(refusal.Findings);
}
