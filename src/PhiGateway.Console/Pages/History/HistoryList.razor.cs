using System.Globalization;
using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Declarative;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.History;

/// <summary>What was changed in the registry, by whom, and the way back.</summary>
public sealed partial class HistoryList
{
    private const int MostPlaces = 6;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required HistoryModel Model { get; set; }

    private static string RevertOf(HistoryEntry entry) =>
        Links.With("/console/history/revert", ("at", BeforeOf(entry)), ("document", entry.Document));

    private static string AllOf(HistoryEntry entry) => Links.With("/console/history/revert", ("at", BeforeOf(entry)));

    // The moment before it was written: what stood there then.
    private static string BeforeOf(HistoryEntry entry) =>
        entry.At.AddMicroseconds(-1).UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static string HistoryOf(string document) => Links.With("/console/history", ("document", document));
}
