namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>task_use</c>: how often each task grant was used; written by gateway nodes. A task that is made anew under its id does not
/// begin anew.
/// </summary>
internal sealed class TaskUseRow
{
    public required string Task { get; set; }

    public int Used { get; set; }

    public DateTimeOffset At { get; set; }
}
