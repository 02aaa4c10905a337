using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests;

/// <summary>What a request asks for, in FHIR's terms; immutable. Everything that it could pull in is among its parts.</summary>
public sealed class FhirRequest
{
    /// <summary>The reading it came from.</summary>
    public required CanonicalRequest Canonical { get; init; }

    public required Interaction Interaction { get; init; }

    /// <summary>The type in the path (target type of a compartment search); none at system level.</summary>
    public ResourceType Type { get; init; }

    /// <summary>Logical id in the path, of the resource asked for.</summary>
    public string? Id { get; init; }

    public string? VersionId { get; init; }

    /// <summary>Operation name with its <c>$</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>For compartment searches: whose compartment, as type and id.</summary>
    public ResourceType CompartmentType { get; init; }

    /// <summary>Id of the compartment's resource; null without compartment.</summary>
    public string? CompartmentId { get; init; }

    /// <summary>Query and form body, merged and judged together, in order.</summary>
    public IReadOnlyList<QueryParameter> Parameters { get; init; } = [];

    /// <summary>Everything asked for or pulled in; what the decision point is shown.</summary>
    public required IReadOnlyList<AccessPart> Parts { get; init; }

    /// <summary>The body for writes, as received (validated JSON); empty for reads and for searches by form.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Entries of a batch or transaction, in order, each a whole request; empty otherwise.</summary>
    public IReadOnlyList<FhirRequest> Entries { get; init; } = [];

    /// <summary>Headers of the request that carry meaning.</summary>
    public FhirHeaders Headers { get; init; }

    /// <summary>The route template for records and metrics, free of PHI, such as <c>GET /Observation/{id}</c>.</summary>
    public required string Template { get; init; }

    /// <summary>Whether the interaction changes anything upstream.</summary>
    public bool IsWrite => Interaction is Interaction.Create or Interaction.Update or Interaction.Patch or Interaction.Delete or Interaction.Batch or Interaction.Transaction
        or Interaction.ExportCancel;
}
