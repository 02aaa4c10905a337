using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Compartments;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Reads the kick-off of a Bulk Data export at system, Patient or Group level; each exported type becomes a part.</summary>
internal static class ExportReader
{
    // Optional in the Bulk Data IG, and not served: whoever asks to be treated leniently is served without them.
    private static readonly string[] Optional = ["includeAssociatedData", "organizeOutputBy", "allowPartialManifests", "_until"];

    internal static Reading<FhirRequest> Read(RequestSource source, ResourceType type, string? id)
    {
        var isLevel =
            (type.IsNone && id is null) || (type == ResourceType.Patient && id is null) || (type == ResourceType.Group && id is not null);
        if (!isLevel || source.Bundle is not null)
        {
            return Reading<FhirRequest>.Refused(
                DenyReason.OperationNotSupported,
                "exports exist for the system, for Patient and for a Group"
            );
        }

        if (source.Method is not ("GET" or "POST"))
        {
            return Reading<FhirRequest>.Refused(DenyReason.MethodNotAllowed, "exports start by GET or POST");
        }

        if (!HeaderGrammar.Prefers(source.Headers.Prefer, "respond-async"))
        {
            return Reading<FhirRequest>.Refused(DenyReason.NotUnderstood, "exports need Prefer: respond-async");
        }

        var parts = new List<AccessPart>();
        var used = new List<UsedParameter>();
        var refusal =
            InputParameters.Read(source, out var inputs, out var resources)
            ?? (resources.Count == 0 ? AddParts(source, type, id, inputs, parts, used) : Refusal.Body("export takes no resource"));
        return refusal is not null
            ? refusal.As<FhirRequest>()
            : Reading<FhirRequest>.Of(
                new FhirRequest
                {
                    Canonical = source.Line,
                    Interaction = Interaction.Export,
                    Type = type,
                    Id = id,
                    Operation = "$export",
                    Parameters = inputs,
                    Parts = parts,
                    Headers = source.Headers,
                    Template =
                        $"{source.Method} {(type.IsNone ? string.Empty : "/" + type.Name)}{(id is null ? string.Empty : "/{id}")}/$export",
                }
            );
    }

    private static Refusal? AddParts(
        RequestSource source,
        ResourceType type,
        string? id,
        List<QueryParameter> inputs,
        List<AccessPart> parts,
        List<UsedParameter> used
    )
    {
        var possible = type.IsNone ? ResourceTypeSet.All : CompartmentCatalog.Members(ResourceType.Patient).With(ResourceType.Group);
        if (HeaderGrammar.Prefers(source.Headers.Prefer, "handling=lenient"))
        {
            inputs.RemoveAll(static input => Optional.Contains(input.Name));
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            // It goes upstream as it was meant, and a patient by the name that the server knows.
            inputs[i] = inputs[i].Name switch
            {
                "_since" => inputs[i] with { Value = SearchValue.WithPlus(inputs[i].Value) },
                "patient" when PatientReference.TryRead(inputs[i].Value, null, source.Context, out var named) => inputs[i] with
                {
                    Value = $"Patient/{named.Value}",
                },
                _ => inputs[i],
            };
        }

        var isNamed = TypeList.Find(inputs, out var rest, out var list);
        var types = possible;
        if (isNamed && !TypeList.TryRead(list, out types))
        {
            return Refusal.Parameter("_type is not one list of known types").About("_type");
        }

        var patients = new List<PatientId>();
        var filtered = new Dictionary<ResourceType, List<PatientId>>();
        var walked = new List<AccessPart>();
        foreach (var input in rest)
        {
            if (ReadInput(source, input, types, patients, filtered, used, walked) is { } refusal)
            {
                return refusal.About(input.Name);
            }
        }

        if (id is not null)
        {
            parts.Add(
                new AccessPart
                {
                    Interaction = Interaction.Export,
                    Type = ResourceType.Group,
                    Id = id,
                    Operation = "$export",
                    Uses = OperationUses.Members,
                }
            );
        }

        foreach (var exported in types.Members())
        {
            parts.Add(
                new AccessPart
                {
                    Interaction = Interaction.Export,
                    Type = exported,
                    Patients = filtered.TryGetValue(exported, out var named) ? [.. patients, .. named] : patients,
                    IsWildcard = !isNamed,
                    Uses = UsedElements.Of(used, exported),
                }
            );
        }

        parts.AddRange(walked);

        return null;
    }

    private static Refusal? ReadInput(
        RequestSource source,
        QueryParameter input,
        ResourceTypeSet types,
        List<PatientId> patients,
        Dictionary<ResourceType, List<PatientId>> filtered,
        List<UsedParameter> used,
        List<AccessPart> walked
    )
    {
        switch (input.Name)
        {
            case "_outputFormat":
                return input.Value is "application/fhir+ndjson" or "application/fhir ndjson" or "application/ndjson" or "ndjson"
                    ? null
                    : new Refusal(DenyReason.NotAcceptable, "exports are NDJSON");
            case "_since":
                return SearchValue.HasShape(SearchParameterKind.Date, input.Value) ? null : Refusal.Query("_since is no instant");
            case "_elements":
                return ResultParameters.HasShape("_elements", input.Value) ? null : Refusal.Query("_elements is no list of elements");
            case "_typeFilter":
                return ReadFilter(source, input.Value, types, filtered, used, walked);
            case "patient" when source.Method == "POST":
                if (!PatientReference.TryRead(input.Value, null, source.Context, out var patient))
                {
                    return Refusal.Query("patient is not a reference to this server");
                }

                patients.Add(patient);
                return null;
            default:
                return Refusal.Parameter("export takes no such parameter");
        }
    }

    private static Refusal? ReadFilter(
        RequestSource source,
        string filter,
        ResourceTypeSet types,
        Dictionary<ResourceType, List<PatientId>> filtered,
        List<UsedParameter> used,
        List<AccessPart> walked
    )
    {
        // Older drafts had several filters with commas between them: what reads as a value here could be a query of another type there.
        if (filter.IndexOf('?', StringComparison.Ordinal) != filter.LastIndexOf('?'))
        {
            return Refusal.Query("_typeFilter with more than one query");
        }

        var isQuery = CanonicalReader.Read("GET", $"/{filter}", string.Empty).TryGet(out var line, out _);
        if (!isQuery || line!.Segments.Count != 1 || !ResourceType.TryParse(line.Segments[0], out var type) || !types.Contains(type))
        {
            return Refusal.Query("_typeFilter is not a query of an exported type");
        }

        if (ConditionReader.Read(source, type, line.Query, out var condition) is { } refusal)
        {
            return refusal;
        }

        // The filter itself only narrows what is exported; whether there is anything of a patient that it names is asked as by a search.
        if (condition.Parts[0].Patients is { Count: > 0 } named)
        {
            filtered.TryAdd(type, []);
            filtered[type].AddRange(named);
        }

        // What it walks to is searched and never comes out.
        used.AddRange(condition.Used);
        walked.AddRange(
            condition
                .Parts.Where(static part => part.Role is PartRole.Chain or PartRole.ReverseChain)
                .Select(static part => part with { IsSeparable = false, IsResolvable = false })
        );
        return null;
    }
}
