using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>Words in which the id of a decision leads to its record.</summary>
public sealed partial class LinkedText
{
    /// <summary>The words.</summary>
    [Parameter, EditorRequired]
    public required string Model { get; set; }

    private IEnumerable<(string Text, Guid? Id)> Pieces
    {
        get
        {
            var at = 0;
            foreach (Match match in Ids().Matches(Model))
            {
                yield return (Model[at..match.Index], null);
                at = match.Index + match.Length;
                var text = Model[match.Index..at];
                yield return (text, Guid.Parse(text));
            }

            yield return (Model[at..], null);
        }
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Ids();
}
