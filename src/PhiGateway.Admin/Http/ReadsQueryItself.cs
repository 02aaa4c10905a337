namespace PhiGateway.Admin.Http;

/// <summary>Marks an endpoint whose own reader takes the whole query and refuses what it does not know; metadata of lists and searches.</summary>
internal sealed class ReadsQueryItself;
