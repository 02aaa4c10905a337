using System.Text;
using System.Text.Json;
using Firely.Fhir.Validation;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Specification.Source;
using Hl7.Fhir.Specification.Terminology;
using PhiGateway.Admin.AuditEvents;

namespace PhiGateway.Tests.Admin;

/// <summary>Parses FHIR R4 strictly and validates it with the Firely SDK, over the definitions that HL7 publishes and the gateway's own.</summary>
internal static class FhirValidator
{
    private static readonly JsonSerializerOptions Json = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);

    private static readonly Lock Gate = new();

    private static readonly Lazy<Validator> Core = new(static () =>
    {
        var definitions = new CachedResolver(ZipSource.CreateValidationSource());
        return new Validator(definitions, LocalTerminologyService.CreateDefaultForCore(definitions));
    });

    // Apart from HL7's, of which the snapshots are as they were published.
    private static readonly Lazy<Validator> Own = new(static () =>
    {
        var own = OwnProfiles.Ids.Select(static id => Parse<StructureDefinition>(Encoding.UTF8.GetString(OwnProfiles.Find(id)!)));
        var definitions = new CachedResolver(
            new SnapshotSource(new MultiResolver(ZipSource.CreateValidationSource(), new InMemoryResourceResolver(own)))
        );
        return new Validator(definitions, LocalTerminologyService.CreateDefaultForCore(definitions));
    });

    /// <summary>Parses a resource; what R4 does not know throws.</summary>
    public static T Parse<T>(string json)
        where T : Resource => JsonSerializer.Deserialize<T>(json, Json)!;

    /// <summary>What a resource does not keep to of R4, in words.</summary>
    public static IReadOnlyList<string> Faults(Resource resource)
    {
        var copy = (Resource)resource.DeepCopy();
        var faults = new List<string>();
        foreach (var entry in (copy as Bundle)?.Entry ?? [])
        {
            faults.AddRange(Faults(entry.Resource!));
            entry.Resource!.Meta = null;
        }

        KeepOwnProfiles(copy);
        lock (Gate)
        {
            return
            [
                .. faults,
                .. (copy.Meta is null ? Core : Own)
                    .Value.Validate(copy)
                    .Issue.Where(static issue =>
                        issue.Severity is OperationOutcome.IssueSeverity.Error or OperationOutcome.IssueSeverity.Fatal
                    )
                    .Select(static issue => $"{string.Join(' ', issue.Expression)}: {issue.Details?.Text}"),
            ];
        }
    }

    // Profiles that nobody here has the definitions of are held by tests of their own.
    private static void KeepOwnProfiles(Resource resource)
    {
        var profiles = resource
            .Meta?.Profile.Where(static profile => profile?.StartsWith(OwnProfiles.Prefix, StringComparison.Ordinal) == true)
            .ToList();
        resource.Meta = profiles is { Count: > 0 } ? new Meta { Profile = profiles } : null;
    }
}
