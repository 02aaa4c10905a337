using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Reads the call of a named operation at system, type or instance level, with parts for everything that it can bring back.
/// </summary>
internal static class OperationReader
{
    internal static Reading<FhirRequest> Read(RequestSource source, ResourceType type, string? id, string name)
    {
        if (name == "$export")
        {
            return ExportReader.Read(WithoutBody(source), type, id);
        }

        if (
            !OperationCatalog.TryFind(name, type, id is not null, out var operation)
            && !source.Context.Declared.TryFindOperation(name, type, id is not null, out operation)
        )
        {
            return Reading<FhirRequest>.Refused(DenyReason.OperationNotSupported, "operation is not modelled at this level");
        }

        if (source.IsGet && !operation.ByGet)
        {
            return Reading<FhirRequest>.Refused(DenyReason.MethodNotAllowed, "operation is called by POST");
        }

        source = operation.ByGet ? WithoutBody(source) : source;
        source = InputsBesideBody.Join(source, operation);
        if (InputParameters.Read(source, out var inputs, out var resources, operation.Alone) is { } unread)
        {
            return unread.As<FhirRequest>();
        }

        // What is written is compared with what is stored, and goes as it came.
        source = operation.Writes || resources.Count > 0 ? source : OwnReferences.InBody(source);
        if ((CheckKind(source, operation, resources) ?? CheckAddress(source, operation, inputs)) is { } other)
        {
            return other.As<FhirRequest>();
        }

        var subject = type.IsNone ? operation.Types.Members().First() : type;
        var parts = new List<AccessPart>();
        var reading = new SearchReading(source.Context, source.Budget, subject, isCondition: false);
        var refusal =
            ReadInputs(reading, operation, inputs, id)
            ?? OperationParts.Add(source, operation, new OperationCall(name, subject, id, inputs, resources), reading, parts);
        if (refusal is null && type.IsNone && operation is { Returns: OperationResult.Self, Types.Count: > 1 })
        {
            // Of the whole server it tells what every type holds, and not only the one that stands for them here.
            parts[0] = parts[0] with
            {
                ComputedOver = operation.Types.Except(OperationParts.ValuesThemselves),
            };
        }

        return refusal is not null
            ? refusal.As<FhirRequest>()
            : Reading<FhirRequest>.Of(
                new FhirRequest
                {
                    Canonical = source.Line,
                    Interaction = Interaction.Operation,
                    Type = type,
                    Id = id,
                    Operation = name,
                    OperationWrites = operation.Writes,
                    Parameters = inputs,
                    Parts = parts,
                    Body = source.Body,
                    Headers = source.Headers,
                    Template =
                        $"{source.Method} {(type.IsNone ? string.Empty : "/" + type.Name)}{(id is null ? string.Empty : "/{id}")}/{name}",
                }
            );
    }

    // Simple inputs in the address and no body say the same by POST as by GET (R4 3.2.0.1.1), where an operation is called by both.
    private static RequestSource WithoutBody(RequestSource source) =>
        source is { Method: "POST", Body.IsEmpty: true } && WriteReader.WithoutFormat(source.Line.Query).Count > 0
            ? source with
            {
                Line = new CanonicalRequest("GET", source.Line.Base, source.Line.SegmentArray, source.Line.QueryArray),
            }
            : source;

    private static Refusal? CheckKind(RequestSource source, OperationDefinition operation, List<EmbeddedResource> resources)
    {
        if (operation.Returns != OperationResult.Declared)
        {
            return resources.Count > 1 ? Refusal.Body("more than one embedded resource") : null;
        }

        // One that nobody asked for would be decided over in the place of what the operation changes.
        if (!resources.TrueForAll(resource => operation.TakesResource(resource.Parameter)))
        {
            var odd = resources.Find(resource => !operation.TakesResource(resource.Parameter));
            return Refusal.Parameter("resource in a parameter that takes none").About(odd!.Parameter);
        }

        return operation.Writes && source.Bundle is { IsTransaction: true }
            ? new Refusal(DenyReason.OperationNotSupported, "an operation that writes is none of a transaction")
            : null;
    }

    // No resource has room in an address; of a declared operation one that is optional is left out there.
    private static Refusal? CheckAddress(RequestSource source, OperationDefinition operation, List<QueryParameter> inputs)
    {
        if (!source.IsGet || operation.Returns != OperationResult.Declared)
        {
            return null;
        }

        var at = inputs.FindIndex(input => operation.TakesResource(input.Name));
        return at < 0 ? null : Refusal.Parameter("resource that an operation takes in its address").About(inputs[at].Name);
    }

    private static Refusal? ReadInputs(SearchReading reading, OperationDefinition operation, List<QueryParameter> inputs, string? id)
    {
        if (id is not null && PathPatient.Of(reading.Type, id) is { Length: > 0 } own && reading.Name(own) is { } twice)
        {
            return twice;
        }

        var subjects = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < inputs.Count; i++)
        {
            var name = inputs[i].Name;
            if (IsDate(reading, operation, name))
            {
                inputs[i] = inputs[i] with { Value = SearchValue.WithPlus(inputs[i].Value) };
            }

            var value = inputs[i].Value;
            if (IsView(operation, inputs[i]))
            {
                continue;
            }

            if (!operation.Inputs.TryGetValue(name, out var kind))
            {
                // $lastn takes the search parameters of its type beside its own; what comes along would come for all that was found.
                if (
                    operation.Returns != OperationResult.Search
                    || value.Length == 0
                    || ResultParameters.IsInclude(name)
                    || SearchReader.Read(reading, inputs[i], out var canonical) is not null
                )
                {
                    return Refusal.Parameter("operation takes no such parameter").About(name);
                }

                // What goes upstream is what was read, and no other spelling of it.
                inputs[i] = inputs[i] with
                {
                    Value = canonical,
                };
            }
            else if (operation.Only.TryGetValue(name, out var only) && value != only)
            {
                return Refusal.Parameter("operation's input has another value than the one that is served").About(name);
            }
            else if (IsSubject(operation, name))
            {
                // What an operator's own parameters name may be of several kinds; FHIR's own name one subject, however they are called.
                var group = operation.Returns == OperationResult.Declared ? name : "subject";
                if (ReadSubject(reading, kind, value, group, subjects) is { } refusal)
                {
                    return refusal.About(name);
                }

                inputs[i] = inputs[i] with { Value = OwnReferences.Relative(value, reading.Context) };
            }
        }

        return null;
    }

    // How much of each record that it brings along is written (R4 3.1.0.1.5: parameters for all interactions); the view is cut here.
    private static bool IsView(OperationDefinition operation, QueryParameter input) =>
        operation.Returns == OperationResult.Compartment
        && input.Name is "_elements" or "_summary"
        && input.Value != "count"
        && ResultParameters.HasShape(input.Name, input.Value);

    // Of its own inputs and, where it takes them, of the search parameters of its type.
    private static bool IsDate(SearchReading reading, OperationDefinition operation, string name)
    {
        if (operation.Inputs.TryGetValue(name, out var kind))
        {
            return kind is "date" or "dateTime" or "instant";
        }

        return operation.Returns == OperationResult.Search
            && reading.Context.TryFind(reading.Type, name.Split(':')[0], out var parameter)
            && parameter.Kind == SearchParameterKind.Date;
    }

    private static bool IsSubject(OperationDefinition operation, string name) =>
        operation.Returns == OperationResult.Declared ? operation.Subjects.Contains(name) : name is "subject" or "patient";

    private static Refusal? ReadSubject(SearchReading reading, string kind, string value, string group, Dictionary<string, string> subjects)
    {
        var isPatient = PatientReference.TryRead(value, kind == "id" ? ResourceType.Patient : null, reading.Context, out var patient);
        if (!isPatient && !LocalReference.TryRead(value, reading.Context, out _))
        {
            return Refusal.Query("subject is not a reference to this server");
        }

        // Which of two the server takes is not known: worked out for a group, it would be judged for the patient beside it.
        var name = isPatient ? $"Patient/{patient.Value}" : value;
        if (!subjects.TryAdd(group, name) && subjects[group] != name)
        {
            return Refusal.Query("operation with two subjects");
        }

        return isPatient ? reading.Name([patient]) : null;
    }
}
