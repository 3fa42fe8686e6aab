using RetroVue.Bindings.Generator;

return BindingGenerator.Run(args, Console.Out);
