using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.AuthZen;

/// <summary>
/// Makes the part of an access request out of a question's action and the facts of its record; called by <see cref="AccessEvaluator"/>.
/// </summary>
internal static class AskedParts
{
    private const int MostElements = 64;

    // The name of no element: only where every element may be touched is it among those that may.
    private const string AnyElement = "*";

    /// <summary>
    /// The part. What is written is told as it is and as it will be: a change of labels or of whose it is cannot be asked about.
    /// </summary>
    /// <param name="action">The word of grants.</param>
    /// <param name="properties">What is told of the action.</param>
    /// <param name="facts">The record, with its type and id.</param>
    /// <param name="client">Whose grants say which elements are shown to it.</param>
    public static AccessPart Of(string action, JsonObject properties, ResourceFacts facts, ClientEntry client)
    {
        var (type, id) = (facts.Type, facts.Id!);
        var part = new AccessPart
        {
            Interaction = action switch
            {
                "read" => Interaction.Read,
                "vread" => Interaction.VRead,
                "search" => Interaction.SearchType,
                "history" => Interaction.HistoryInstance,
                "create" => Interaction.Create,
                "update" => Interaction.Update,
                "patch" => Interaction.Patch,
                "delete" => Interaction.Delete,
                _ => Interaction.None,
            },
            Type = type,
            Id = action is "search" or "create" ? null : id,
            Patients = type == ResourceType.Patient && action is not ("search" or "create") ? [PatientId.Parse(id)] : [],
        };
        return action switch
        {
            "create" => part with { Body = facts },
            "update" => part with { Body = facts, Stored = facts, StoredState = StoredState.Present },
            "patch" => part with
            {
                Body = facts,
                Stored = facts,
                StoredState = StoredState.Present,
                Uses = Touched(properties) ?? Everything(type, client),
                Probes = properties["tests"]?.GetValueKind() != JsonValueKind.False,
            },
            "delete" => part with { Stored = facts, StoredState = StoredState.Present },
            _ => part,
        };
    }

    // Null: it is not told which elements are touched, and then any may be.
    private static List<string>? Touched(JsonObject properties)
    {
        if (properties["elements"] is not JsonArray { Count: > 0 and <= MostElements } told)
        {
            return null;
        }

        var elements = new List<string>(told.Count);
        foreach (var one in told)
        {
            if (one?.GetValueKind() != JsonValueKind.String || !IsElement(one.GetValue<string>()))
            {
                return null;
            }

            elements.Add(one.GetValue<string>());
        }

        return elements;
    }

    private static bool IsElement(string name) => name.Length > 0 && name.All(char.IsAsciiLetterOrDigit);

    // What is masked in any grant is named besides: a set that keeps all but masks some takes any other name for one that it shows.
    private static List<string> Everything(ResourceType type, ClientEntry client) =>
        [
            AnyElement,
            .. (client.UseCase?.Grants ?? [])
                .Where(grant => grant.Types.Contains(type.Name))
                .SelectMany(static grant => grant.Masks)
                .Select(ElementPath.Top)
                .Distinct(StringComparer.Ordinal),
        ];
}
