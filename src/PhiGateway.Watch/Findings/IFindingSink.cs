namespace PhiGateway.Watch.Findings;

/// <summary>Takes findings to where people see them; a port of the watch, served by the control plane's alerts.</summary>
public interface IFindingSink
{
    /// <summary>Takes one finding. The same finding may come again, also from another node.</summary>
    Task RaiseAsync(Finding finding, CancellationToken cancellationToken);
}
