namespace PhiGateway.Fhir.Requests;

/// <summary>
/// A search inside a write (conditional create, update, patch, delete, reference): its answer shows whether a match exists, so it is
/// decided, narrowed and judged like one of its own.
/// </summary>
/// <param name="Search">The search, as if it had come by itself.</param>
/// <param name="Reference">For a conditional reference, its text in the body; null for the write's own condition.</param>
public sealed record WriteCondition(FhirRequest Search, string? Reference);
