using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Console.Pages.Search;

/// <summary>The filters of a search that are needed less often; open when one of them is set.</summary>
public sealed partial class MoreFilters
{
    private static readonly string[] Interactions = [.. Enum.GetValues<Interaction>().Select(static one => Words.Kebab(one))];

    /// <summary>The filters as they stand in the address.</summary>
    [Parameter, EditorRequired]
    public required SearchFilters Model { get; set; }

    private bool IsUsed =>
        Given(Model.Organization, Model.UseCase, Model.Type, Model.Interaction, Model.Purpose, Model.Id)
        || Given(Model.Token, Model.Peer, Model.Task, Model.Agreement, Model.Through, Model.Event);

    private static bool Given(params ReadOnlySpan<string?> filters)
    {
        foreach (var filter in filters)
        {
            if (!string.IsNullOrEmpty(filter))
            {
                return true;
            }
        }

        return false;
    }
}
