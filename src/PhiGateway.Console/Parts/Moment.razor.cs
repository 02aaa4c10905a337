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

    /// <summary>With milliseconds.</summary>
    [Parameter]
    public bool IsFine { get; set; }

    /// <summary>Only to the minute.</summary>
    [Parameter]
    public bool IsMinute { get; set; }

    private string Format =>
        this switch
        {
            { IsDay: true } => "yyyy-MM-dd",
            { IsMinute: true } => "yyyy-MM-dd HH:mm",
            { IsFine: true } => "yyyy-MM-dd HH:mm:ss.fff",
            _ => "yyyy-MM-dd HH:mm:ss",
        };

    private string Text(DateTimeOffset at) => at.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
}
