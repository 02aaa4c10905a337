using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>A moment in UTC; the script adds the reader's own time when the pointer rests on it.</summary>
public sealed partial class Moment
{
    /// <summary>When; null: a dash.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset? At { get; set; }

    /// <summary>Only the day.</summary>
    [Parameter]
    public bool IsDay { get; set; }

    private string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString(IsDay ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
