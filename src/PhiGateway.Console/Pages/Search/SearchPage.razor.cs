using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Search;

/// <summary>The search of the audit trail: who saw what, when, why, and how that is proven.</summary>
public sealed partial class SearchPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required SearchModel Model { get; set; }

    private string? InAll => Model.Total is { } total ? $"; {Words.Number(total)} in the whole result" : null;

    private static readonly string[] Decisions = ["permit", "deny", "error", "unknown"];

    private static readonly string[] Kinds =
    [
        .. Enum.GetValues<PhiGateway.Audit.Records.AuditKind>()
            .Select(static kind => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString())),
    ];
}
