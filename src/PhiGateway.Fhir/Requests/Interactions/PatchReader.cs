using System.Text.Json;
using PhiGateway.Fhir.Changes;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Reads a patch by JSON Patch (RFC 6902), by FHIRPath Patch or by merge (RFC 7396), with the top-level elements that it touches.
/// </summary>
internal static class PatchReader
{
    internal static Reading<FhirRequest> Patch(RequestSource source, ResourceType type, string id) =>
        WriteReader.CheckQuery(source.Line.Query) is { } refusal ? refusal.As<FhirRequest>() : Read(source, type, id, null, "/{id}");

    internal static Reading<FhirRequest> Conditional(RequestSource source, ResourceType type) =>
        ConditionReader.Read(source, type, WriteReader.WithoutFormat(source.Line.Query), out var condition) is { } refusal
            ? refusal.As<FhirRequest>()
            : Read(source, type, null, condition, "?");

    private static Reading<FhirRequest> Read(RequestSource source, ResourceType type, string? id, ReadCondition? condition, string shape)
    {
        var mediaType = HeaderGrammar.MediaType(source.Headers.ContentType);
        if (
            mediaType
                is not ("application/json-patch+json" or "application/merge-patch+json" or "application/fhir+json" or "application/json")
            || type.Name == "Subscription"
        )
        {
            return Reading<FhirRequest>.Refused(
                DenyReason.UnsupportedMediaType,
                "patch is not JSON Patch, merge patch or FHIRPath Patch in JSON"
            );
        }

        if (ServerDefinitions.Check(source, type) is { } defined)
        {
            return defined.As<FhirRequest>();
        }

        if (!StrictJson.TryParse(source.Body, source.Context.MaxDepth, out var document))
        {
            return Reading<FhirRequest>.Refused(DenyReason.MalformedBody, "patch is not strict JSON");
        }

        using (document)
        {
            var found = new BodyFindings();
            PatchMeaning? patch = null;
            var refusal = mediaType switch
            {
                "application/json-patch+json" => JsonPatch.Read(document.RootElement, type, out patch),
                "application/merge-patch+json" => MergePatch.Read(document.RootElement, out patch),
                _ => PathPatch.Read(document.RootElement, type, out patch),
            };
            refusal ??= BodyReferences.Check(document.RootElement, source, found);
            if (refusal is not null || patch is null)
            {
                return (refusal ?? Refusal.Body("patch cannot be read")).As<FhirRequest>();
            }

            // A patch can copy from where it touches, and succeed or fail by what stands there: it is a question about these elements.
            var patients = id is null ? [] : PathPatient.Of(type, id);
            return Reading<FhirRequest>.Of(
                new FhirRequest
                {
                    Canonical = source.Line,
                    Interaction = Interaction.Patch,
                    Type = type,
                    Id = id,
                    Parameters = condition?.Parameters ?? [],
                    Parts =
                    [
                        new AccessPart
                        {
                            Interaction = Interaction.Patch,
                            Type = type,
                            Id = id,
                            Patients = patients,
                            Uses = patch.Touched,
                            Probes = patch.Tests,
                            Unsettles = patch.IsAppliedHere ? [] : patch.Unsettled(type),
                        },
                        .. condition?.Parts ?? [],
                        .. found.Parts,
                    ],
                    Conditions = condition is null
                        ? found.Conditions
                        : [new WriteCondition(condition.ToSearch(source.Line.Base), null), .. found.Conditions],
                    Body = source.Body,
                    Patch = patch,
                    Headers = source.Headers,
                    Template = RouteTemplate.Of(source.Method, type, shape),
                }
            );
        }
    }
}
