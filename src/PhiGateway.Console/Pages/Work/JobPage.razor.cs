using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Work;

/// <summary>How far one piece of work is, and what came of it.</summary>
public sealed partial class JobPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required JobModel Model { get; set; }

    private JobLine Line => Model.Line;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
