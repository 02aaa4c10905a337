using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>Who else has the grants of a client, by other use cases than its own.</summary>
public sealed partial class GrantHolderList
{
    /// <summary>The grants that others have elements of.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<GrantHolders> Model { get; set; }

    /// <summary>The client's use case.</summary>
    [Parameter, EditorRequired]
    public required string UseCase { get; set; }

    private static string Much(GrantHolder holder) =>
        holder.Shared == holder.Whole ? "all" : $"{Words.Number(holder.Shared)} of {Words.Count(holder.Whole, "element", "elements")}";
}
