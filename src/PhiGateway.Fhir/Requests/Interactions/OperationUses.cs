using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Says which elements the call of an operation filters, sorts or groups by, beside those of search parameters among its inputs: what is hidden
/// may no more be found out by an input than by a parameter of a search. Asked where parts are made.
/// </summary>
internal static class OperationUses
{
    /// <summary>Of a Group whose members an answer tells.</summary>
    internal static IReadOnlyList<string> Members { get; } = ["member"];

    // About the answer itself: its types, its size, when what is in it was last changed, which leaves with every resource.
    private static readonly string[] OfTheAnswer = ["_count", "_outputFormat", "_since", "_type"];

    /// <summary>Elements of the record that the operation starts from, which its answer tells.</summary>
    internal static IReadOnlyList<string> OfStart(OperationCall call) =>
        call.Name switch
        {
            "$everything" when call.Type == ResourceType.Group => Members,
            // All that it names comes along, by whatever element.
            "$document" => UsedElements.Unknown,
            _ => [],
        };

    /// <summary>Elements of the records that are brought back.</summary>
    internal static IReadOnlyList<string> OfFound(OperationDefinition operation, OperationCall call)
    {
        List<string>? found = operation.AlwaysUses.Count == 0 ? null : [.. operation.AlwaysUses];
        foreach (var input in call.Inputs)
        {
            if (!IsToBeStored(operation, call, input.Name))
            {
                Add(operation, input.Name, ref found);
            }
        }

        // What is submitted to be stored is judged as such; else it is what others are held against.
        for (var i = 0; !operation.Writes && i < call.Resources.Count; i++)
        {
            Add(operation, call.Resources[i].Parameter, ref found);
        }

        return found is null ? [] : found;
    }

    // Nothing but resources, each time that the input is given; where an operator says what it filters by, it does that too.
    private static bool IsToBeStored(OperationDefinition operation, OperationCall call, string input) =>
        operation.Writes
        && !operation.InputUses.ContainsKey(input)
        && call.Inputs.Count(one => one.Name == input) == call.Resources.Count(resource => resource.IsWhole && resource.Parameter == input);

    private static void Add(OperationDefinition operation, string input, ref List<string>? found)
    {
        if (operation.InputUses.TryGetValue(input, out var elements))
        {
            (found ??= []).AddRange(elements);
        }
        else if (operation.Returns == OperationResult.Declared && !operation.Subjects.Contains(input) && !OfTheAnswer.Contains(input))
        {
            (found ??= []).AddRange(UsedElements.Unknown);
        }
    }
}
