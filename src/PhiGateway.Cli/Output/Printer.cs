using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.RegistryFiles.Yaml;

namespace PhiGateway.Cli.Output;

/// <summary>Prints answers as a table for people, or as JSON or YAML for programs.</summary>
internal static class Printer
{
    private const int MaxCell = 60;

    // What is printed is no web page: a plus is a plus, an umlaut an umlaut.
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A list of objects.</summary>
    public static void List(TextWriter output, OutputFormat format, JsonNode answer, params string[] columns)
    {
        if (format != OutputFormat.Table)
        {
            Whole(output, format, answer);
            return;
        }

        var rows = new List<string[]> { columns.Select(static column => column.Split('.')[^1].ToUpperInvariant()).ToArray() };
        rows.AddRange(
            (answer as JsonArray ?? answer["items"]!.AsArray()).Select(item => columns.Select(column => Cell(Find(item, column))).ToArray())
        );
        Table(output, rows, hasEdge: ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);
        if ((string?)(answer as JsonObject)?["next_cursor"] is { } cursor)
        {
            output.WriteLine($"more: --cursor {cursor}");
        }
    }

    /// <summary>One object.</summary>
    public static void One(TextWriter output, OutputFormat format, JsonNode answer)
    {
        if (format != OutputFormat.Table || answer is not JsonObject json)
        {
            Whole(output, format == OutputFormat.Table ? OutputFormat.Yaml : format, answer);
            return;
        }

        Rows(output, [.. json.Select(static pair => new[] { pair.Key, Cell(pair.Value) })]);
    }

    public static void Whole(TextWriter output, OutputFormat format, JsonNode answer) =>
        output.WriteLine(format == OutputFormat.Yaml ? RegistryText.ToYaml(answer).TrimEnd() : answer.ToJsonString(Indented));

    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (var step in path.Split('.'))
        {
            node = (node as JsonObject)?[step];
        }

        return node;
    }

    /// <summary>Writes rows in columns; cells that were cut for the edge of a terminal are said to be so, and where the whole is.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="rows">Titles first.</param>
    /// <param name="hasEdge">Only a terminal has an edge: what goes into a pipe or a file is whole.</param>
    internal static void Table(TextWriter output, List<string[]> rows, bool hasEdge)
    {
        if (!hasEdge || rows.TrueForAll(static row => Array.TrueForAll(row, static cell => cell.Length <= MaxCell)))
        {
            Rows(output, rows);
            return;
        }

        Rows(output, rows.ConvertAll(static row => Array.ConvertAll(row, Fit)));
        output.WriteLine("cut where … stands: -o yaml shows all of it");
    }

    private static string Fit(string text) => text.Length <= MaxCell ? text : text[..(MaxCell - 1)] + "…";

    private static string Cell(JsonNode? node)
    {
        var text = node switch
        {
            null => string.Empty,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            JsonArray array when array.All(static entry => entry is JsonValue) => string.Join(", ", array.Select(Cell)),
            _ => node.ToJsonString(Line),
        };

        // What a person wrote must not move the cursor of another.
        text = new string([.. text.Select(static c => char.IsControl(c) ? ' ' : c)]);
        return text;
    }

    private static void Rows(TextWriter output, List<string[]> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
