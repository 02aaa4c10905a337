using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Compartments;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Adds the parts of an operation: the call, and reads and searches for what it can bring back.</summary>
internal static class OperationParts
{
    // What an operation answers with beside resources is judged as values, never as a record that it brings back.
    internal static readonly ResourceTypeSet ValuesThemselves = default(ResourceTypeSet).With(ResourceType.Parameters);

    // What a measure looks at nobody here knows: any record of a patient.
    private static readonly ResourceTypeSet OfPatients = CompartmentCatalog.Members(ResourceType.Patient).With(ResourceType.Patient);

    // Whom an operation is about, at whatever time; what it brings of them is filtered.
    private static readonly ResourceTypeSet Undated = default(ResourceTypeSet).With(ResourceType.Patient).With(ResourceType.Group);

    internal static Refusal? Add(
        RequestSource source,
        OperationDefinition operation,
        OperationCall call,
        SearchReading reading,
        List<AccessPart> parts
    )
    {
        IReadOnlyList<string> found = OperationUses.OfFound(operation, call);
        IReadOnlyList<string> uses = [.. UsesOf(call, reading), .. operation.Returns == OperationResult.Search ? found : []];
        parts.Add(
            new AccessPart
            {
                Interaction = Interaction.Operation,
                Type = call.Type,
                Id = call.Id,
                Operation = call.Name,
                Values = operation.Values ?? ValuesOf(operation.Returns),
                AnsweredWith = operation.Returns == OperationResult.Submission ? AnswersTo(call.Type) : default,
                ComputedOver = operation.IsComputed ? OfPatients : default,
                Patients = reading.Patients,
                Conditions = reading.Conditions,
                Uses = [.. uses, .. OperationUses.OfStart(call)],
            }
        );
        parts.AddRange((reading.Others ?? []).Select(static part => part with { IsSeparable = false, IsResolvable = false }));
        switch (operation.Returns)
        {
            case OperationResult.Nothing:
                return null;
            case OperationResult.Self:
                parts.Add(
                    new AccessPart
                    {
                        Interaction = call.Id is null ? Interaction.SearchType : Interaction.Read,
                        Type = call.Type,
                        Id = call.Id,
                        Patients = reading.Patients,
                    }
                );
                return null;
            case OperationResult.Search:
                parts.Add(
                    new AccessPart
                    {
                        Interaction = Interaction.SearchType,
                        Type = call.Type,
                        Patients = reading.Patients,
                        Conditions = reading.Conditions,
                        Uses = uses,
                    }
                );
                return null;
            case OperationResult.Compartment:
                return AddTypes(call, CompartmentOf(call.Type), reading.Patients, found, parts);
            case OperationResult.Any:
                return AddTypes(call, ResourceTypeSet.All, reading.Patients, found, parts);
            case OperationResult.Declared:
                return AddDeclared(source, operation, call, reading.Patients, found, parts);
            case OperationResult.Submission:
                return AddSubmission(source, call.Resources is [var one] ? one.Body : default, parts);
            case OperationResult.Validation:
                return AddValidation(source, call, reading.Patients, parts);
            default:
                return new Refusal(DenyReason.OperationNotSupported, "operation with an unknown result");
        }
    }

    // What an insurer makes of what was submitted (R4 Claim-submit, CoverageEligibilityRequest-submit): whose it is, it says itself.
    private static ResourceTypeSet AnswersTo(ResourceType type) =>
        type.Name switch
        {
            "Claim" => default(ResourceTypeSet).With(ResourceType.Parse("ClaimResponse")),
            "CoverageEligibilityRequest" => default(ResourceTypeSet).With(ResourceType.Parse("CoverageEligibilityResponse")),
            _ => default,
        };

    // Who is looked for by what a resource says asks about its elements, as a search does by its parameters.
    private static IReadOnlyList<string> UsesOf(OperationCall call, SearchReading reading)
    {
        if (call.Name != "$match" || call.Resources is not [var submitted])
        {
            return reading.Uses;
        }

        using var document = JsonDocument.Parse(submitted.Body, new JsonDocumentOptions { MaxDepth = 1000 });
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? [.. document.RootElement.EnumerateObject().Select(static member => member.Name).Where(IsOfThePerson)]
            : reading.Uses;
    }

    private static bool IsOfThePerson(string element) => element is not ("text" or "language" or "implicitRules" or "contained");

    // Of a record itself an operation tells its tags, labels and version; of terminology and conformance what these hold.
    private static OperationValues ValuesOf(OperationResult returns) =>
        returns switch
        {
            OperationResult.Nothing or OperationResult.Validation => OperationValues.Nobody,
            OperationResult.Self => OperationValues.Metadata,
            _ => OperationValues.Unknown,
        };

    private static ResourceTypeSet CompartmentOf(ResourceType type)
    {
        if (type == ResourceType.Group)
        {
            return CompartmentCatalog.Members(ResourceType.Patient).With(type);
        }

        return CompartmentCatalog.IsCompartment(type) ? CompartmentCatalog.Members(type) : default(ResourceTypeSet).With(type);
    }

    private static Refusal? AddTypes(
        OperationCall call,
        ResourceTypeSet possible,
        IReadOnlyList<PatientId> patients,
        IReadOnlyList<string> uses,
        List<AccessPart> parts
    )
    {
        if (!TypeList.Find(call.Inputs, out _, out var list))
        {
            possible = possible.Except(ValuesThemselves);
            // What its resources refer to (practitioners, organizations, medications) comes along, and is nobody's record.
            parts.AddRange(EveryType.Droppable(Interaction.SearchType, possible.Except(Undated), patients, call.Name, uses));
            parts.AddRange(EveryType.Droppable(Interaction.SearchType, possible.Intersect(Undated), patients, call.Name));
            parts.AddRange(
                EveryType.Droppable(Interaction.SearchType, ResourceTypeSet.All.Except(possible).Except(ValuesThemselves), [], call.Name)
            );
            return null;
        }

        if (!TypeList.TryRead(list, out var types))
        {
            return Refusal.Parameter("_type is not one list of known types").About("_type");
        }

        foreach (var type in types.Members())
        {
            parts.Add(
                new AccessPart
                {
                    Interaction = Interaction.SearchType,
                    Type = type,
                    Patients = possible.Contains(type) ? patients : [],
                    Operation = call.Name,
                    Uses = possible.Contains(type) && !Undated.Contains(type) ? uses : [],
                }
            );
        }

        return null;
    }

    private static Refusal? AddDeclared(
        RequestSource source,
        OperationDefinition operation,
        OperationCall call,
        IReadOnlyList<PatientId> patients,
        IReadOnlyList<string> uses,
        List<AccessPart> parts
    )
    {
        var compartment = CompartmentCatalog.Members(ResourceType.Patient);
        var answers = operation.Answers.Except(ValuesThemselves);
        parts.AddRange(EveryType.Droppable(Interaction.SearchType, answers.Intersect(compartment), patients, call.Name, uses));
        parts.AddRange(EveryType.Droppable(Interaction.SearchType, answers.Except(compartment), [], call.Name, uses));
        if (!operation.Writes)
        {
            return null;
        }

        foreach (var resource in call.Resources)
        {
            if (AddSubmission(source, resource.Body, parts) is { } refusal)
            {
                return refusal;
            }
        }

        // What it changes beside what was submitted nobody knows: it is a patch that may touch anything of the record, or of any record.
        var isNamed = OperationTargets.Find(source, operation, out var named);
        if (call.Id is not null || call.Resources.Count == 0 || isNamed)
        {
            parts.Add(AnyChange(call.Type, call.Id, patients));
        }

        foreach (var type in named.Members())
        {
            if (type != call.Type)
            {
                parts.Add(AnyChange(type, null, patients));
            }
        }

        return null;
    }

    private static AccessPart AnyChange(ResourceType type, string? id, IReadOnlyList<PatientId> patients) =>
        new()
        {
            Interaction = Interaction.Patch,
            Type = type,
            Id = id,
            Patients = patients,
            Uses = UsedElements.Unknown,
            Relabels = true,
            Probes = true,
            Unsettles = [AccessPart.AnyParameter],
        };

    // Nothing of it is stored, and nothing is told but what is wrong with it; with an id it is told of as a change of that very record.
    private static Refusal? AddValidation(
        RequestSource source,
        OperationCall call,
        IReadOnlyList<PatientId> patients,
        List<AccessPart> parts
    )
    {
        foreach (var input in call.Inputs)
        {
            // As a change it is held against the record that the path names; whether something may be deleted hangs on who refers to it.
            var isServed = input.Value is "create" or "profile" || (input.Value == "update" && call.Id is not null);
            if (input.Name == "mode" && !isServed)
            {
                return Refusal.Parameter("validation in another mode than the ones that are served here").About(input.Name);
            }
        }

        var resource = call.Resources is [var one] ? one.Body : default;
        if (
            ReadSubmitted(source, call.Type == ResourceType.Bundle ? WithoutBareRequests(resource) : resource, out var facts) is { } refusal
        )
        {
            return refusal;
        }

        if (facts.Type != call.Type || (call.Id is not null && facts.Id is not null && facts.Id != call.Id))
        {
            return Refusal.Body("validation of another resource than the path's");
        }

        if (call.Id is not null)
        {
            parts.Add(
                new AccessPart
                {
                    Interaction = Interaction.Read,
                    Type = call.Type,
                    Id = call.Id,
                    Patients = patients,
                }
            );
        }

        return null;
    }

    // In a transaction that is validated an entry may be a request alone, as of a deletion: whose it is nobody asks, since nothing is stored,
    // and what it names is asked about where names are.
    private static ReadOnlyMemory<byte> WithoutBareRequests(ReadOnlyMemory<byte> bundle)
    {
        if (
            bundle.IsEmpty
            || JsonNode.Parse(bundle.Span, documentOptions: new JsonDocumentOptions { MaxDepth = 1000 }) is not JsonObject { } root
            || root["entry"] is not JsonArray entries
            || entries.RemoveAll(static entry => entry is JsonObject one && one["resource"] is null && one["request"] is JsonObject) == 0
        )
        {
            return bundle;
        }

        return JsonSerializer.SerializeToUtf8Bytes(root, JsonSerializerOptions.Default);
    }

    private static Refusal? ReadSubmitted(RequestSource source, ReadOnlyMemory<byte> resource, out ResourceFacts facts)
    {
        facts = new ResourceFacts();
        if (resource.IsEmpty || !source.Scanner.TryScan(resource.Span, source.Context, facts))
        {
            return Refusal.Body("operation without the resource it takes in");
        }

        using var document = JsonDocument.Parse(resource, new JsonDocumentOptions { MaxDepth = source.Context.MaxDepth });

        // What is stored of it is stored as by a create, and a server that finds a search in it resolves it.
        return ConditionalReferences.AreIn(document.RootElement)
            ? Refusal.Body("conditional reference in what an operation takes in")
            : null;
    }

    private static Refusal? AddSubmission(RequestSource source, ReadOnlyMemory<byte> resource, List<AccessPart> parts)
    {
        if (ReadSubmitted(source, resource, out var facts) is { } refusal)
        {
            return refusal;
        }

        parts.Add(
            new AccessPart
            {
                Interaction = Interaction.Create,
                Type = facts.Type,
                Body = facts,
            }
        );
        return null;
    }
}
