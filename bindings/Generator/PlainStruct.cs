using RetroVue.Bindings.Generator.Clang;

namespace RetroVue.Bindings.Generator;

/// <summary>A C struct as a sequential C# struct, with the size and the offsets that it has in C#.</summary>
internal sealed class PlainStruct
{
    private PlainStruct(string name, int size, int pack, IReadOnlyList<Field> fields)
    {
        Name = name;
        Size = size;
        Pack = pack;
        Fields = fields;
    }

    public string Name { get; }

    public int Size { get; }

    /// <summary>The alignment of a packed struct, which is less than that of its fields; 0 if the struct is not packed.</summary>
    public int Pack { get; }

    public IReadOnlyList<Field> Fields { get; }

    /// <summary>A field: its C names (several for a union), its C# declaration, and its offset.</summary>
    internal sealed record Field(IReadOnlyList<string> CNames, IReadOnlyList<string> Declaration, int Offset);

    /// <summary>
    /// Computes the layout by the rule of C#: each field is at the next multiple of its alignment, which a packed struct limits.
    /// </summary>
    /// <exception cref="GeneratorException">
    /// The rule does not give the compiler's layout: a single field is packed, or the struct has bit-fields.
    /// </exception>
    public static PlainStruct Of(Cursor declaration, TypeMapper mapper)
    {
        var name = declaration.Name;
        var fields = new List<Field>();
        var members = declaration.Children().Where(child => child.Kind == CursorKind.Field || child.IsAnonymousUnion).ToList();
        int end = 0, alignment = declaration.Type.Alignment;
        foreach (var cursor in members)
        {
            var type = cursor.Type;
            end = Align(end, Math.Min(type.Alignment, alignment));
            if (end != OffsetOf(cursor, declaration))
            {
                throw new GeneratorException($"{name}.{cursor.Name} does not have the offset that it has in a sequential C# struct.");
            }

            fields.Add(type.Canonical is { Kind: CTypeKind.Record, Declaration.Kind: CursorKind.Union }
                ? Union(cursor, type.Canonical.Declaration.Fields(), mapper, end)
                : new Field([cursor.Name], Declare(type, cursor.Name, mapper), end));
            end += type.Size;
        }

        var size = Align(end, alignment);
        var pack = members.Exists(member => member.Type.Alignment > alignment) ? alignment : 0;
        return size == declaration.Type.Size
            ? new PlainStruct(name, size, pack, fields)
            : throw new GeneratorException($"{name} has {declaration.Type.Size} bytes, a sequential C# struct {size}.");
    }

    private static int OffsetOf(Cursor cursor, Cursor owner) => (int)(cursor.IsAnonymousUnion
        ? LibClang.OffsetOf(owner.Type, cursor.Fields()[0].Name)
        : LibClang.clang_Cursor_getOffsetOfField(cursor)) / 8;

    private static Field Union(Cursor union, IReadOnlyList<Cursor> members, TypeMapper mapper, int offset)
    {
        var path = union.IsAnonymousUnion ? "" : union.Name + ".";
        var first = members[0];
        if (first.Type.Size == union.Type.Size && first.Type.Alignment == union.Type.Alignment)
        {
            // The first member represents the union. If another member is meant, a field beside the union says so.
            return new Field([path + first.Name], Declare(first.Type, path.Replace('.', '_') + first.Name, mapper), offset);
        }

        // Members of a struct type that is not bound are left out. The union keeps its size and its alignment.
        var name = union.IsAnonymousUnion ? "anonymous" : union.Name;
        var bound = members.Where(member => mapper.IsBound(member.Type)).ToList();
        var lines = bound.SelectMany(member => Declare(member.Type, member.Name, mapper))
            .Select(line => line.StartsWith("public ", StringComparison.Ordinal) ? $"    [FieldOffset(0)] {line}" : $"    {line}");
        string[] aligned = bound.Exists(member => member.Type.Alignment == union.Type.Alignment)
            ? []
            : [$"    [FieldOffset(0)] private {AlignedTo(union.Type.Alignment)} _alignment;"];
        IEnumerable<string> names = union.IsAnonymousUnion ? [] : [union.Name];
        return new Field(
            [.. names, .. bound.Select(member => path + member.Name)],
            [
                $"public {name}_union {GeneratedFile.Escape(name)};",
                $"[StructLayout(LayoutKind.Explicit, Size = {union.Type.Size})]",
                $"internal struct {name}_union",
                "{",
                .. lines,
                .. aligned,
                "}",
            ],
            offset);
    }

    private static string AlignedTo(int alignment) => alignment switch
    {
        1 => "byte",
        2 => "ushort",
        4 => "uint",
        8 => "ulong",
        _ => throw new GeneratorException($"No C# type is aligned to {alignment} bytes."),
    };

    private static string[] Declare(CType type, string name, TypeMapper mapper)
    {
        var escaped = GeneratedFile.Escape(name);
        if (type.Canonical.Kind != CTypeKind.ConstantArray)
        {
            return [$"public {mapper.Map(type)} {escaped};"];
        }

        var element = mapper.Map(type.Canonical.Element);
        return type.Canonical.Element.Canonical.Kind == CTypeKind.Record
            ? [
                $"public {name}_array {escaped};",
                $"[InlineArray({type.Canonical.Count})]",
                $"internal struct {name}_array {{ private {element} _first; }}",
              ]
            : [$"public fixed {element} {escaped}[{type.Canonical.Count}];"];
    }

    private static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
}
