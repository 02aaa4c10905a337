using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Editing;

namespace PhiGateway.Console.Pages.History;

/// <summary>The places of a document that differ, each with what stood there and what stands there.</summary>
public sealed partial class ChangedPlaces
{
    private const int MostCharacters = 160;

    // It becomes text of a page, which escapes what has to be.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The places.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<DiffLine> Model { get; set; }

    /// <summary>Most of them.</summary>
    [Parameter]
    public int Most { get; set; } = 20;

    private static string Text(JsonNode? value)
    {
        var text = value?.ToJsonString(Plain) ?? "–";
        return text.Length <= MostCharacters ? text : text[..MostCharacters] + "…";
    }
}
