using System.Text.Json;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>What a request's line and body say together of whom and what is meant.</summary>
/// <param name="Patients">Whom the request names: in its line, or in the body of a search or of a patch.</param>
/// <param name="Facts">Facts of what would be written; null for all but create and update.</param>
/// <param name="Relabels">A patch touches what says whose or of which kind the record is.</param>
/// <param name="Searched">Members by which a body searches, but for the patient.</param>
/// <param name="Touched">Elements that a patch touches.</param>
/// <param name="Unsettled">Token parameters of which nobody knows what the record says by them once it is patched.</param>
internal readonly record struct ApiSent(
    IReadOnlyList<PatientId> Patients,
    ResourceFacts? Facts,
    bool Relabels,
    IReadOnlyList<string> Searched,
    IReadOnlyList<string> Touched,
    IReadOnlyList<string> Unsettled
);

/// <summary>Reads the body that a row takes; line and body must mean the same record of the same patient.</summary>
internal static class ApiBodyReader
{
    internal static Refusal? Read(
        ApiOperation operation,
        in FhirHeaders headers,
        ReadOnlyMemory<byte> body,
        int maxDepth,
        string? id,
        IReadOnlyList<PatientId> named,
        out ApiSent sent
    )
    {
        var patient = named is [var one] ? one : (PatientId?)null;
        sent = new ApiSent(named, null, false, [], [], []);
        if (operation.Body is not { } declared)
        {
            return body.IsEmpty ? WithoutBody(operation, patient, ref sent) : Refusal.Body("a body where the table has none");
        }

        if (HeaderGrammar.MediaType(headers.ContentType) != declared.MediaType)
        {
            return new Refusal(DenyReason.UnsupportedMediaType, "not the table's media type");
        }

        if (!StrictJson.TryParse(body, maxDepth, out var document))
        {
            return Refusal.Body("not one JSON value that every parser reads alike");
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !HasOnly(root, declared.Members))
            {
                return Refusal.Body("not an object of the members in the table");
            }

            var facts = new ResourceFacts();
            ApiFacts.Read(root, declared.Shape, patient, facts);
            if (FindContradiction(operation, declared, facts, id, named) is { } contradiction)
            {
                return Refusal.Body(contradiction);
            }

            if (operation.Interaction == Interaction.Patch)
            {
                return ApiPatchReader.Read(operation, declared, root, named, ref sent);
            }

            sent = operation.Interaction switch
            {
                Interaction.Create or Interaction.Update => sent with { Facts = facts },
                Interaction.SearchType => sent with
                {
                    Patients = declared.Shape.Patient is null ? named : [.. facts.Owners],
                    Searched =
                    [
                        .. root.EnumerateObject()
                            .Where(member => declared.Shape.Patient?.IsAllOf(member) != true)
                            .Select(static member => member.Name),
                    ],
                },
                _ => sent,
            };
            return null;
        }
    }

    private static Refusal? WithoutBody(ApiOperation operation, PatientId? patient, ref ApiSent sent)
    {
        if (operation.Interaction is Interaction.Create or Interaction.Update)
        {
            var facts = new ResourceFacts();
            ApiFacts.Begin(
                new ApiShape
                {
                    Type = operation.Type,
                    Floor = operation.Floor,
                    TakesRequestPatient = true,
                },
                patient,
                facts
            );
            sent = sent with { Facts = facts };
        }

        return null;
    }

    private static string? FindContradiction(
        ApiOperation operation,
        ApiBody declared,
        ResourceFacts facts,
        string? id,
        IReadOnlyList<PatientId> named
    )
    {
        if (id is not null && facts.Id is not null && facts.Id != id)
        {
            return "line and body name different records";
        }

        if (declared.Shape.Patient is null)
        {
            return null;
        }

        // A patch need not say whose the record is.
        if (operation.Interaction == Interaction.Patch)
        {
            return null;
        }

        if (operation.Interaction == Interaction.SearchType && facts.Owner != OwnerState.Known)
        {
            return "the patient searched for is not named as declared";
        }

        return named.Count > 0 && (facts.Owner != OwnerState.Known || !facts.Owners.All(named.Contains))
            ? "line and body name different patients"
            : null;
    }

    private static bool HasOnly(JsonElement root, IReadOnlySet<string> members)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (members.Count > 0 && !members.Contains(member.Name))
            {
                return false;
            }
        }

        return true;
    }
}
